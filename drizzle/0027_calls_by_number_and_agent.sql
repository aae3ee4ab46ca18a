CREATE INDEX `calls_to_number` ON `calls` (`environment_id`,`phone_number`,`id`);--> statement-breakpoint
CREATE INDEX `calls_of_agent` ON `calls` (`agent_id`,`id`);