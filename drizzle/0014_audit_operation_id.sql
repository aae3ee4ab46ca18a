ALTER TABLE `audit` ADD `operation_id` text;--> statement-breakpoint
CREATE INDEX `audit_operation` ON `audit` (`operation_id`) WHERE operation_id is not null;