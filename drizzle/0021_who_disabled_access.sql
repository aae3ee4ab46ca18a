ALTER TABLE `environments` ADD `access_disabled_by` text;--> statement-breakpoint
-- An admin could enable every disabled access until now, so only a leaked key that is still live locks it.
UPDATE `environments` SET `access_disabled_by` = CASE
  WHEN EXISTS (
    SELECT 1 FROM `keys` WHERE `environment_id` = `environments`.`id` AND `replaced_at` IS NULL AND `leaked_at` IS NOT NULL
  ) THEN 'leak' ELSE 'admin' END
WHERE `access_enabled` = 0;--> statement-breakpoint
ALTER TABLE `environments` DROP COLUMN `access_enabled`;
