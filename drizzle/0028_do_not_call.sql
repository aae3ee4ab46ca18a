DROP INDEX `do_not_call_added`;--> statement-breakpoint
CREATE INDEX `do_not_call_added` ON `do_not_call` (`owner_id`,`added_at`,`number`);--> statement-breakpoint
ALTER TABLE `calls` ADD `opted_out` integer DEFAULT false NOT NULL;