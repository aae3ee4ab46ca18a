CREATE INDEX `audit_age` ON `audit` (`at`);--> statement-breakpoint
CREATE INDEX `calls_ended` ON `calls` (`ended_at`) WHERE ended_at is not null;--> statement-breakpoint
CREATE INDEX `idempotency_keys_call` ON `idempotency_keys` (`call_id`);--> statement-breakpoint
CREATE INDEX `key_clients_age` ON `key_clients` (`last_seen_at`);--> statement-breakpoint
CREATE INDEX `refusals_age` ON `refusals` (`at`);--> statement-breakpoint
CREATE INDEX `usage_age` ON `usage` (`span`,`start_at`);--> statement-breakpoint
CREATE INDEX `deliveries_done` ON `deliveries` (`created_at`) WHERE state <> 'pending';