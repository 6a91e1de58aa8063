CREATE TABLE report_tasks (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    application text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    body bytea NOT NULL
);
CREATE INDEX report_tasks_by_application ON report_tasks (application, id);
CREATE INDEX report_tasks_by_target ON report_tasks (target, id);
