CREATE TABLE `dialled` (
	`call_id` text PRIMARY KEY NOT NULL,
	`agency_id` text NOT NULL,
	`number` blob NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `dialled_number` ON `dialled` (`agency_id`,`number`,`at`);--> statement-breakpoint
CREATE INDEX `dialled_at` ON `dialled` (`at`);--> statement-breakpoint
CREATE TABLE `do_not_call` (
	`owner_id` text NOT NULL,
	`number` blob NOT NULL,
	`hint` text NOT NULL,
	`source` text NOT NULL,
	`reason` text,
	`added_at` integer NOT NULL,
	`expires_at` integer,
	PRIMARY KEY(`owner_id`, `number`)
);
--> statement-breakpoint
CREATE INDEX `do_not_call_added` ON `do_not_call` (`owner_id`,`added_at`);--> statement-breakpoint
CREATE INDEX `do_not_call_expired` ON `do_not_call` (`expires_at`) WHERE expires_at is not null;--> statement-breakpoint
CREATE TABLE `policies` (
	`owner_id` text NOT NULL,
	`author` text NOT NULL,
	`rules` text NOT NULL,
	`changed_at` integer NOT NULL,
	PRIMARY KEY(`owner_id`, `author`)
);
--> statement-breakpoint
CREATE TABLE `sealed_keys` (
	`name` text PRIMARY KEY NOT NULL,
	`sealed` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `spending` (
	`environment_id` text NOT NULL,
	`day` text NOT NULL,
	`currency` text DEFAULT '' NOT NULL,
	`calls` integer DEFAULT 0 NOT NULL,
	`seconds` integer DEFAULT 0 NOT NULL,
	`reserved_seconds` integer DEFAULT 0 NOT NULL,
	`cents` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`environment_id`, `day`, `currency`),
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `spending_day` ON `spending` (`day`);--> statement-breakpoint
ALTER TABLE `calls` ADD `time_zone` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `consent` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `spending_day` text;--> statement-breakpoint
INSERT INTO `policies` (`owner_id`, `author`, `rules`, `changed_at`)
SELECT 'gate', 'operator', '{"countries":["*"],"numberKinds":["premium_rate","shared_cost","personal","uan","pager","voicemail","satellite","international_network","unknown"]}', 0
WHERE EXISTS (SELECT 1 FROM `agencies`);
