ALTER TABLE `agencies` ADD `suspended_at` integer;--> statement-breakpoint
ALTER TABLE `agencies` ADD `deleted_at` integer;--> statement-breakpoint
CREATE INDEX `agencies_deleted` ON `agencies` (`deleted_at`) WHERE deleted_at is not null;