CREATE TABLE `alert_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`channel` text NOT NULL,
	`payload` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`next_at` integer NOT NULL,
	`attempted_at` integer,
	`last_status` integer,
	`last_answer` text,
	`last_error` text,
	`last_took_ms` integer
);
--> statement-breakpoint
CREATE INDEX `alert_deliveries_pending` ON `alert_deliveries` (`channel`,`next_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `alert_deliveries_age` ON `alert_deliveries` (`created_at`);--> statement-breakpoint
CREATE TABLE `alert_marks` (
	`owner_id` text NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`owner_id`, `kind`, `subject`)
);
--> statement-breakpoint
CREATE INDEX `alert_marks_age` ON `alert_marks` (`kind`,`at`);--> statement-breakpoint
CREATE TABLE `alerts` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`agency_id` text NOT NULL,
	`environment_id` text NOT NULL,
	`message` text NOT NULL,
	`count` integer DEFAULT 1 NOT NULL,
	`at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`access_disabled` integer NOT NULL,
	`acknowledged_at` integer,
	`acknowledged_by` text,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `alerts_environment` ON `alerts` (`environment_id`,`kind`,`id`);--> statement-breakpoint
CREATE INDEX `alerts_agency` ON `alerts` (`agency_id`,`id`);--> statement-breakpoint
CREATE INDEX `alerts_age` ON `alerts` (`at`);--> statement-breakpoint
CREATE INDEX `alerts_open` ON `alerts` (`agency_id`) WHERE acknowledged_at is null;--> statement-breakpoint
CREATE TABLE `signed_urls` (
	`kind` text NOT NULL,
	`owner_id` text NOT NULL,
	`url` text NOT NULL,
	`sealed` text NOT NULL,
	`hint` text NOT NULL,
	`previous_sealed` text,
	`previous_until` integer,
	`saved_at` integer NOT NULL,
	`off_reason` text,
	PRIMARY KEY(`kind`, `owner_id`)
);
--> statement-breakpoint
ALTER TABLE `dialled` ADD `environment_id` text;--> statement-breakpoint
ALTER TABLE `dialled` ADD `is_new` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `dialled_new` ON `dialled` (`environment_id`,`at`) WHERE is_new;