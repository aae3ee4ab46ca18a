ALTER TABLE `calls` ADD `hang_up_due` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `calls_hang_up` ON `calls` (`heard_at`) WHERE hang_up_due;