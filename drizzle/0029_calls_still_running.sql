ALTER TABLE `calls` ADD `end_check_due_at` integer;--> statement-breakpoint
ALTER TABLE `calls` ADD `still_running_since` integer;--> statement-breakpoint
ALTER TABLE `calls` ADD `still_running_until` integer;--> statement-breakpoint
CREATE INDEX `calls_end_check` ON `calls` (`end_check_due_at`) WHERE end_check_due_at is not null;--> statement-breakpoint
CREATE INDEX `calls_still_running` ON `calls` (`environment_id`,`id`) WHERE still_running_since is not null and still_running_until is null;