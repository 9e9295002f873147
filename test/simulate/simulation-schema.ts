// What a simulation adds to PostgreSQL: functions that its statements find before those of the server, and
// triggers that keep the history of a story.

/** What tells the server the time. `job_now` is pg-boss's own function. */
const CLOCK = `
CREATE SCHEMA sim;
CREATE FUNCTION sim.now() RETURNS timestamptz LANGUAGE sql STABLE AS
  $$ SELECT to_timestamp(current_setting('sim.now')::double precision / 1000) $$;
CREATE FUNCTION sim.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT sim.now() $$;
CREATE FUNCTION sim.transaction_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS
  $$ SELECT sim.now() - interval '1 ms' $$;
CREATE OR REPLACE FUNCTION pgboss.job_now() RETURNS timestamptz LANGUAGE sql STABLE AS
  $$ SELECT sim.now() $$;`

/** Chance: the ids of tickets are numbers, the same ones in each story. */
const IDS = `
CREATE SEQUENCE sim.ids;
CREATE FUNCTION sim.gen_random_uuid() RETURNS uuid LANGUAGE sql VOLATILE AS
  $$ SELECT lpad(to_hex(nextval('sim.ids')), 32, '0')::uuid $$;`

/** What the checks ask SQLite. */
const JSON_EXTRACT = `
CREATE FUNCTION sim.json_extract(text, text) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT $1::jsonb ->> substr($2, 3) $$;`

/** The same history as that of `simulated-database.ts`, without those of imports. */
const HISTORY = `
CREATE TABLE sim.history (
  id bigint GENERATED ALWAYS AS IDENTITY, what text, job bigint, a text, b text, token bigint, version bigint,
  at bigint
);
${trigger('queued', 'AFTER INSERT ON jobs', `
  INSERT INTO sim.history (what, job, a, token) VALUES ('queued', NEW.id, NEW.key, NEW.token);`)}
${trigger('state', 'AFTER UPDATE OF state ON jobs', `
  IF OLD.state IS DISTINCT FROM NEW.state THEN
    INSERT INTO sim.history (what, job, a, b, token)
      VALUES ('state', NEW.id, OLD.state, NEW.state, NEW.token);
  END IF;`)}
${trigger('progress', 'AFTER UPDATE OF progress ON jobs', `
  IF NEW.progress < OLD.progress AND OLD.state = 'started' AND NEW.state = 'started'
    AND OLD.token = NEW.token
  THEN INSERT INTO sim.history (what, job) VALUES ('progress back', NEW.id);
  END IF;`)}
${trigger('deleted', 'AFTER DELETE ON jobs', `
  INSERT INTO sim.history (what, job, a) VALUES ('deleted', OLD.id, OLD.state);`)}
${trigger('request', 'AFTER INSERT ON job_requests', `
  INSERT INTO sim.history (what, job, version, at) VALUES ('request', NEW.job_id,
    (SELECT data_version FROM courses WHERE id = (SELECT owner_id FROM jobs WHERE id = NEW.job_id)),
    NEW.requested_at);`)}
${trigger('file', 'AFTER INSERT ON files', `
  INSERT INTO sim.history (what, job, a, version, at) VALUES ('file',
    CASE WHEN NEW.category = 'fill-in'
      THEN (SELECT id FROM jobs WHERE kind = 'fill-in' AND sim.json_extract(result, '$.hex') = NEW.hex)
      ELSE 0 END,
    NEW.category,
    (SELECT sum(size) FROM files WHERE owner_type = NEW.owner_type AND owner_id = NEW.owner_id
      AND removed_at IS NULL AND (expires_at IS NULL OR expires_at > NEW.created_at)),
    NEW.expires_at - NEW.created_at);`)}
${trigger('version', 'AFTER UPDATE OF data_version ON courses', `
  IF NEW.data_version < OLD.data_version THEN
    INSERT INTO sim.history (what, job, a) VALUES ('version back', 0, NEW.id);
  END IF;`)}
${trigger('export', 'AFTER INSERT ON exports', `
  INSERT INTO sim.history (what, job, a, version, at) VALUES ('export', NEW.job_id, NEW.course_id,
    NEW.data_version, (SELECT created_at FROM files WHERE id = NEW.file_id));`)}`

function trigger (name: string, when: string, body: string): string {
  return `CREATE FUNCTION sim.note_${name}() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN ${body} RETURN NULL; END $$;
    CREATE TRIGGER sim_${name} ${when} FOR EACH ROW EXECUTE FUNCTION sim.note_${name}();`
}

/** For a database with the tables of the product and of pg-boss. */
export const SIMULATION_SCHEMA = `${CLOCK} ${IDS} ${JSON_EXTRACT} ${HISTORY}`
