-- Earlier invitations do not say for whom they are.
DELETE FROM `invitations` WHERE `person_id` IS NULL;--> statement-breakpoint
ALTER TABLE `invitations` ADD `email` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `invitations` ADD `created_by_id` text;--> statement-breakpoint
ALTER TABLE `invitations` ADD `created_by` text DEFAULT '' NOT NULL;--> statement-breakpoint
UPDATE `invitations` SET `email` = (SELECT `email` FROM `people` WHERE `people`.`id` = `invitations`.`person_id`);
