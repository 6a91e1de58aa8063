CREATE TABLE report_tasks (
    id TEXT NOT NULL PRIMARY KEY,
    application TEXT NOT NULL,
    target TEXT NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX report_tasks_by_application ON report_tasks (application, id);
CREATE INDEX report_tasks_by_target ON report_tasks (target, id);
