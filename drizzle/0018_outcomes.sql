ALTER TABLE `calls` ADD `answered_by` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `currency` text;--> statement-breakpoint
UPDATE `calls` SET `currency` = 'USD' WHERE `cost_cents` IS NOT NULL;
