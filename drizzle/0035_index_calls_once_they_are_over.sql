DROP INDEX `calls_environment`;--> statement-breakpoint
DROP INDEX `calls_to_number`;--> statement-breakpoint
DROP INDEX `calls_of_agent`;--> statement-breakpoint
DROP INDEX `calls_provider_call`;--> statement-breakpoint
CREATE INDEX `calls_environment` ON `calls` (`environment_id`,`id`) WHERE ended_at is not null;--> statement-breakpoint
CREATE INDEX `calls_to_number` ON `calls` (`phone_number`,`environment_id`,`id`) WHERE ended_at is not null;--> statement-breakpoint
CREATE INDEX `calls_of_agent` ON `calls` (`agent_id`,`id`) WHERE ended_at is not null;--> statement-breakpoint
CREATE INDEX `calls_provider_call` ON `calls` (`provider_call_id`,`account_id`) WHERE provider_call_id is not null;