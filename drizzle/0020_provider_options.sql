ALTER TABLE `agents` ADD `options` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `options` text;