ALTER TABLE `calls` ADD `telephony_call_id` text;--> statement-breakpoint
CREATE INDEX `calls_telephony` ON `calls` (`account_id`,`telephony_call_id`) WHERE telephony_call_id is not null;--> statement-breakpoint
UPDATE `calls` SET
	`telephony_call_id` = nullif(substr(`provider_call_id`, instr(`provider_call_id`, '/') + 1), ''),
	`provider_call_id` = nullif(substr(`provider_call_id`, 1, instr(`provider_call_id`, '/') - 1), '')
WHERE `provider` = 'elevenlabs' AND instr(`provider_call_id`, '/') > 0;
