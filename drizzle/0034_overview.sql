CREATE TABLE `usage_totals` (
	`start_at` integer NOT NULL,
	`outcome` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`start_at`, `outcome`)
);
--> statement-breakpoint
DROP INDEX `spending_day`;--> statement-breakpoint
CREATE INDEX `spending_day` ON `spending` (`day`,`currency`,`cents`);--> statement-breakpoint
CREATE INDEX `environments_disabled` ON `environments` (`agency_id`) WHERE access_disabled_by is not null;--> statement-breakpoint
CREATE INDEX `keys_known` ON `keys` (`environment_id`) WHERE replaced_at is null and (leaked_at is not null or exposed_at is not null);--> statement-breakpoint
CREATE INDEX `key_clients_left` ON `key_clients` (`last_seen_at`) WHERE after_rotation > 0;--> statement-breakpoint
CREATE INDEX `usage_calls` ON `usage` (`start_at`,`environment_id`,`count`) WHERE outcome = 'call:triggered' and span = 'hour';--> statement-breakpoint
CREATE INDEX `usage_refused` ON `usage` (`start_at`) WHERE outcome glob 'call:refused *' and span = 'hour';--> statement-breakpoint
CREATE INDEX `deliveries_failing` ON `deliveries` (`environment_id`,`created_at`) WHERE state = 'pending' and attempts > 0;--> statement-breakpoint
INSERT INTO `usage` (`environment_id`, `span`, `start_at`, `outcome`, `count`)
SELECT `environment_id`, 'hour', `created_at` - `created_at` % 3600000, 'call:triggered', count(*) FROM `calls`
WHERE `created_at` > (unixepoch() - 2678400) * 1000 GROUP BY 1, 3;--> statement-breakpoint
INSERT INTO `usage` (`environment_id`, `span`, `start_at`, `outcome`, `count`)
SELECT `environment_id`, 'hour', `ended_at` - `ended_at` % 3600000, 'call:ended', count(*) FROM `calls`
WHERE `ended_at` > (unixepoch() - 2678400) * 1000 GROUP BY 1, 3;--> statement-breakpoint
INSERT INTO `usage` (`environment_id`, `span`, `start_at`, `outcome`, `count`)
SELECT `environment_id`, 'hour', `ended_at` - `ended_at` % 3600000, 'call:answered', count(*) FROM `calls`
WHERE `ended_at` > (unixepoch() - 2678400) * 1000 AND `answered_at` IS NOT NULL GROUP BY 1, 3;--> statement-breakpoint
INSERT INTO `usage` (`environment_id`, `span`, `start_at`, `outcome`, `count`)
SELECT `environment_id`, 'hour', `ended_at` - `ended_at` % 3600000, 'call:seconds', sum(`duration_seconds`) FROM `calls`
WHERE `ended_at` > (unixepoch() - 2678400) * 1000 AND `duration_seconds` > 0 GROUP BY 1, 3;--> statement-breakpoint
INSERT INTO `usage_totals` (`start_at`, `outcome`, `count`)
SELECT `start_at`, `outcome`, sum(`count`) FROM `usage`
WHERE `span` = 'hour' AND `outcome` <> 'peak_calls' GROUP BY 1, 2;
