CREATE TABLE `window_grants` (
	`id` integer PRIMARY KEY NOT NULL,
	`written_at` integer NOT NULL,
	`grants` text NOT NULL,
	`last_grant` integer NOT NULL,
	`last_call_id` text
);
--> statement-breakpoint
ALTER TABLE `calls` ADD `grant_number` integer;