CREATE TABLE `audit` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`address` text,
	`agency_id` text,
	`environment` text,
	`action` text NOT NULL,
	`target` text
);
--> statement-breakpoint
CREATE INDEX `audit_agency` ON `audit` (`agency_id`,`id`);--> statement-breakpoint
CREATE TABLE `invitations` (
	`hash` text PRIMARY KEY NOT NULL,
	`role` text NOT NULL,
	`agency_id` text,
	`person_id` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`agency_id`) REFERENCES `agencies`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `key_clients` (
	`key_id` text NOT NULL,
	`address` text NOT NULL,
	`client` text NOT NULL,
	`requests` integer NOT NULL,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	PRIMARY KEY(`key_id`, `address`, `client`),
	FOREIGN KEY (`key_id`) REFERENCES `keys`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `refusals` (
	`request_id` text PRIMARY KEY NOT NULL,
	`environment_id` text NOT NULL,
	`key_id` text NOT NULL,
	`at` integer NOT NULL,
	`code` text NOT NULL,
	`route` text NOT NULL,
	`address` text NOT NULL,
	`requests` integer NOT NULL,
	`request_limit` integer NOT NULL,
	`calls` integer NOT NULL,
	`call_limit` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `refusals_environment` ON `refusals` (`environment_id`,`at`);--> statement-breakpoint
CREATE TABLE `usage` (
	`environment_id` text NOT NULL,
	`span` text NOT NULL,
	`start_at` integer NOT NULL,
	`outcome` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`environment_id`, `span`, `start_at`, `outcome`),
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`environment_id` text NOT NULL,
	`call_id` text,
	`event` text NOT NULL,
	`payload` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`next_at` integer NOT NULL,
	`attempted_at` integer,
	`last_status` integer,
	`last_answer` text,
	`last_error` text,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `deliveries_environment` ON `deliveries` (`environment_id`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_pending` ON `deliveries` (`environment_id`,`next_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `deliveries_call` ON `deliveries` (`call_id`);--> statement-breakpoint
CREATE TABLE `webhooks` (
	`environment_id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`off_reason` text,
	`sealed` text NOT NULL,
	`hint` text NOT NULL,
	`previous_sealed` text,
	`previous_until` integer,
	`saved_at` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
ALTER TABLE `calls` ADD `details_due_at` integer;--> statement-breakpoint
ALTER TABLE `calls` ADD `details_asked` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `calls` ADD `missing_since` integer;--> statement-breakpoint
CREATE INDEX `calls_details` ON `calls` (`details_due_at`) WHERE details_due_at is not null;--> statement-breakpoint
ALTER TABLE `environments` ADD `requests_per_minute` integer;--> statement-breakpoint
ALTER TABLE `environments` ADD `concurrent_calls` integer;--> statement-breakpoint
ALTER TABLE `keys` ADD `leaked_at` integer;--> statement-breakpoint
ALTER TABLE `keys` ADD `leaked_where` text;--> statement-breakpoint
ALTER TABLE `people` ADD `role` text DEFAULT 'operator' NOT NULL;--> statement-breakpoint
ALTER TABLE `people` ADD `agency_id` text REFERENCES agencies(id);