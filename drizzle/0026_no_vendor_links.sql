-- Links to recordings at vendors are private or expire. The recording is fetched by the call's id at its vendor.
UPDATE `calls` SET `recording_url` = 'kept'
WHERE `provider` IN ('vapi', 'retell', 'bland', 'elevenlabs', 'twilio') AND `recording_url` <> 'kept';
