DROP INDEX `deliveries_pending`;--> statement-breakpoint
CREATE INDEX `deliveries_pending` ON `deliveries` (`environment_id`,`next_at`,`created_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `keys_live_age` ON `keys` (`created_at`) WHERE replaced_at is null;