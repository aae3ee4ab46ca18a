DROP INDEX `calls_active`;--> statement-breakpoint
CREATE INDEX `calls_outcome` ON `calls` (`environment_id`,`status`,`id`) WHERE ended_at is not null;--> statement-breakpoint
CREATE INDEX `calls_active` ON `calls` (`environment_id`,`id`) WHERE ended_at is null;