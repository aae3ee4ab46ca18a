CREATE TABLE `audit_chain` (
	`id` integer PRIMARY KEY NOT NULL,
	`removed_number` integer NOT NULL,
	`removed_mac` text NOT NULL,
	`last_number` integer NOT NULL,
	`last_mac` text NOT NULL,
	`mac` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `secret_check` (
	`id` integer PRIMARY KEY NOT NULL,
	`mac` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `audit` ADD `number` integer;--> statement-breakpoint
ALTER TABLE `audit` ADD `mac` text;--> statement-breakpoint
ALTER TABLE `audit` ADD `actor_id` text;--> statement-breakpoint
ALTER TABLE `audit` ADD `actor_role` text;--> statement-breakpoint
ALTER TABLE `audit` ADD `times` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `audit_number` ON `audit` (`number`);--> statement-breakpoint
CREATE TRIGGER `audit_unchanged` BEFORE UPDATE ON `audit` BEGIN
	SELECT RAISE(ABORT, 'audit entries cannot be changed');
END;--> statement-breakpoint
CREATE TRIGGER `audit_kept` BEFORE DELETE ON `audit`
WHEN coalesce(old.`number` > (SELECT `removed_number` FROM `audit_chain` WHERE `id` = 1), true) BEGIN
	SELECT RAISE(ABORT, 'audit entries cannot be removed before they are old enough');
END;
