CREATE TABLE `known_addresses` (
	`hash` text PRIMARY KEY NOT NULL,
	`person_id` text NOT NULL,
	`last_seen_at` integer NOT NULL,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `known_addresses_person` ON `known_addresses` (`person_id`,`last_seen_at`);--> statement-breakpoint
CREATE INDEX `known_addresses_last_seen` ON `known_addresses` (`last_seen_at`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `address` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `user_agent` text;