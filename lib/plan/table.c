#include "plan/table.h"

#define ROW(in, name, type, ...)                                          \
	{                                                                 \
		NQ_IN_##in, (name), NQ_KEY_##type, .meaning = __VA_ARGS__ \
	}
#define OTHER(in, name, same)                                                                 \
	{                                                                                     \
		NQ_IN_##in, (name), NQ_KEY_TEXT, .same_as = (same), .meaning = "another name" \
	}
/* A path as dlt writes it: "data.items", "$.data". */
#define JSONPATH(in, name, same)                                                      \
	{                                                                             \
		NQ_IN_##in, (name), NQ_KEY_TEXT, .same_as = (same), .jsonpath = true, \
						 .meaning = "another name"            \
	}
#define NOT(in, name, why)                                                         \
	{                                                                          \
		NQ_IN_##in, (name), NQ_KEY_TEXT, .refused = true, .meaning = (why) \
	}

#define PAGE_KINDS                                                                     \
	"page_number|page|offset|cursor|header|header_cursor|next_url|json_link|link|" \
	"header_link|keyset|auto|none|single_page"
#define AUTH_KINDS                                                   \
	"bearer|basic|http_basic|header|api_key|query|netrc|oauth2|" \
	"oauth2_client_credentials|aws_sigv4|none"
#define METHODS "GET|POST|PUT|PATCH|DELETE|QUERY|SEARCH|REPORT|get|post|put|patch|delete"

/* clang-format off */

/* What all requests of an API have, or those of one resource. */
#define REQUESTS(in)                                                                              \
    ROW(in, "retry", MAP, "when and how often to try again", .map = NQ_IN_RETRY),                \
    ROW(in, "rate", TEXTS, "the most requests in a time, as in 10/s", .option = "--rate"),       \
    ROW(in, "parallel", NUMBER, "so many requests on their way at once", .option = "--parallel"), \
    ROW(in, "deadline", DURATION, "end the pull after so long, with status 75",                  \
	.option = "--deadline"),                                                                  \
    ROW(in, "max_time", DURATION, "give up on one request after so long",                        \
	.option = "--max-time"),                                                                  \
    ROW(in, "stall_time", DURATION, "give up when hardly anything came for so long",             \
	.option = "--stall-time"),                                                                \
    ROW(in, "max_body", SIZE, "refuse larger bodies, decoded", .option = "--max-body")

/* How to get to a server. */
#define CONNECTIONS(in, key_option)                                                               \
    ROW(in, "connect_timeout", DURATION, "give up connecting after so long",                     \
	.option = "--connect-timeout"),                                                           \
    ROW(in, "max_redirs", NUMBER, "follow so many redirects", .option = "--max-redirs"),         \
    ROW(in, "user_agent", TEXT, "what to call ourselves", .option = "--user-agent"),             \
    ROW(in, "proxy", TEXT, "go through this proxy", .option = "--proxy"),                        \
    ROW(in, "cacert", FILE, "trust these authorities instead of the system's",                   \
	.option = "--cacert"),                                                                    \
    ROW(in, "cert", FILE, "client certificate (PEM)", .option = "--cert"),                       \
    ROW(in, "key", FILE, "key of the client certificate (PEM)", .option = (key_option)),         \
    ROW(in, "http1.1", BOOL, "do not offer HTTP/2", .option = "--http1.1"),                      \
    ROW(in, "allow_http", BOOL, "send secrets over plain http to other hosts than this one",     \
	.option = "--allow-http")

/* What a stream has whether an API or a command is behind it. */
#define STREAM(in)                                                                                \
    ROW(in, "name", TEXT, "the stream of the delta-state row"),                                  \
    ROW(in, "enabled", BOOL, "false leaves the stream out"),                                     \
    OTHER(in, "selected", "enabled"),                                                            \
    ROW(in, "incremental", MAP, "what makes it a delta", .map = NQ_IN_DELTA),                    \
    ROW(in, "env", FREE, "what the filter or command finds in its environment"),                 \
    ROW(in, "filter", SHELL, "a shell filter behind the pull"),                                  \
    ROW(in, "map", MAP, "the mapping", .map = NQ_IN_MAP, .short_form = true),                    \
    ROW(in, "load", MAP, "the destination", .map = NQ_IN_LOAD),                                  \
    ROW(in, "table_name", TEXT, "the table, as dlt calls it"),                                   \
    ROW(in, "primary_key", TEXTS, "the members that identify a record"),                         \
    ROW(in, "write_disposition", CHOICE, "what becomes of rows that are there",                  \
	.choices = "merge|append|insert|replace"),                                                \
    ROW(in, "max_line", SIZE, "refuse larger records")

/* What Dango gives to dlt in a map "endpoint", and we have in the resource. */
#define ENDPOINT_KEYS(in)                                                                         \
    ROW(in, "path", TEXT, "the path"),                                                           \
    ROW(in, "method", CHOICE, "how to ask", .choices = METHODS),                                 \
    ROW(in, "params", FREE, "the query"),                                                        \
    ROW(in, "headers", FREE, "headers of this resource's requests"),                             \
    ROW(in, "json", JSON, "the body: a map, a list or @FILE"),                                   \
    OTHER(in, "body", "json"),                                                                   \
    ROW(in, "pagination", MAP, "how to get from page to page",                                   \
	.map = NQ_IN_PAGES, .short_form = true),                                                  \
    OTHER(in, "paginator", "pagination"),                                                        \
    ROW(in, "records", PATH, "where in a page the records are", .option = "--records"),          \
    JSONPATH(in, "data_selector", "records")

const struct nq_keys_row nq_keys_table[] = {
    ROW(FILE, "version", CHOICE, "the form of this file, in Dango's files", .choices = "1.0|1"),
    ROW(FILE, "sources", MAPS, "the APIs to pull from", .map = NQ_IN_SOURCE),

    ROW(SOURCE, "name", TEXT, "the connector of the delta-state row"),
    ROW(SOURCE, "type", KIND, "the kind of source", .choices = "rest_api|command"),
    ROW(SOURCE, "enabled", BOOL, "false leaves the source out"),
    ROW(SOURCE, "description", TEXT, "for readers"),
    ROW(SOURCE, "tags", TEXTS, "for readers"),
    ROW(SOURCE, "lookback_days", NUMBER, "how many days a first pull goes back"),
    ROW(SOURCE, "rest_api", MAP, "the API", .map = NQ_IN_REST),
    ROW(SOURCE, "command", MAP, "the programs that bring the records", .map = NQ_IN_COMMAND),

    ROW(REST, "base_url", TEXT, "what the paths of all endpoints start with"),
    ROW(REST, "auth", MAP, "how to log in", .map = NQ_IN_AUTH),
    ROW(REST, "headers", FREE, "headers of every request"),
    REQUESTS(REST),
    CONNECTIONS(REST, "--key"),
    ROW(REST, "defaults", MAP, "what resources have that do not say otherwise",
	.map = NQ_IN_RESOURCE),
    OTHER(REST, "resource_defaults", "defaults"),
    ROW(REST, "resources", MAPS, "the streams", .map = NQ_IN_RESOURCE, .short_form = true),
    OTHER(REST, "endpoints", "resources"),
    ROW(REST, "auth_type", CHOICE, "Dango's way to say auth.type",
	.choices = "bearer|api_key|basic|oauth2_client_credentials|custom_header|none"),
    ROW(REST, "auth_token_env", WORD, "the variable that holds the token"),
    ROW(REST, "api_key_name", WORD, "the header or parameter that carries the key"),
    ROW(REST, "api_key_location", CHOICE, "where the key goes", .choices = "header|query"),
    ROW(REST, "auth_header_name", WORD, "the header that carries the token"),
    ROW(REST, "basic_username_env", WORD, "the variable that holds the user"),
    ROW(REST, "basic_password_env", WORD, "the variable that holds the password"),
    ROW(REST, "access_token_url", TEXT, "where OAuth2 tokens are issued"),
    ROW(REST, "client_id_env", WORD, "the variable that holds the client id"),
    ROW(REST, "client_secret_env", WORD, "the variable that holds the client secret"),

    ROW(COMMAND, "defaults", MAP, "what streams have that do not say otherwise",
	.map = NQ_IN_PROGRAM),
    ROW(COMMAND, "resources", MAPS, "the streams", .map = NQ_IN_PROGRAM),

    ROW(AUTH, "type", CHOICE, "the scheme", .choices = AUTH_KINDS),
    ROW(AUTH, "token", SECRET, "the token or key as a reference; for basic, user:password"),
    OTHER(AUTH, "api_key", "token"),
    ROW(AUTH, "name", WORD, "the header or parameter that carries it"),
    ROW(AUTH, "location", CHOICE, "where an API key goes", .choices = "header|query"),
    ROW(AUTH, "username", TEXT, "the user, for basic"),
    ROW(AUTH, "password", SECRET, "the password, for basic"),
    ROW(AUTH, "file", FILE, "where netrc looks", .option = "--netrc"),
    ROW(AUTH, "token_url", TEXT, "where tokens are issued", .option = "--token-url"),
    OTHER(AUTH, "access_token_url", "token_url"),
    ROW(AUTH, "client_id", TEXT, "who we are there", .option = "--client-id"),
    ROW(AUTH, "client_secret", SECRET, "and how we prove it", .option = "--client-secret"),
    ROW(AUTH, "refresh_token", SECRET, "ask by this refresh token", .option = "--refresh-token"),
    ROW(AUTH, "scope", TEXT, "ask for these scopes", .option = "--scope"),
    ROW(AUTH, "audience", TEXT, "ask for a token for this API", .option = "--audience"),
    ROW(AUTH, "token_auth", CHOICE, "where the client secret goes", .choices = "basic|body",
	.option = "--token-auth"),
    ROW(AUTH, "region", WORD, "AWS: the region"),
    ROW(AUTH, "service", WORD, "AWS: the service"),
    ROW(AUTH, "access_key", SECRET, "AWS: the key id"),
    ROW(AUTH, "secret_key", SECRET, "AWS: the secret key"),
    ROW(AUTH, "session_token", SECRET, "AWS: the token of a session"),

    ROW(RETRY, "attempts", NUMBER, "try each request so many times in all",
	.option = "--attempts"),
    ROW(RETRY, "min", DURATION, "wait so long before the second attempt, then twice as long",
	.option = "--retry-min"),
    ROW(RETRY, "max", DURATION, "the longest wait between attempts", .option = "--retry-max"),
    ROW(RETRY, "max_wait", DURATION, "the longest wait that a server may ask for",
	.option = "--max-wait"),

    STREAM(RESOURCE),
    ROW(RESOURCE, "endpoint", MAP, "the path, or what Dango hands to dlt",
	.map = NQ_IN_ENDPOINT, .short_form = true),
    ENDPOINT_KEYS(RESOURCE),
    ROW(RESOURCE, "allow_missing_records", BOOL, "take a page without them for an empty one",
	.option = "--allow-missing-records"),
    ROW(RESOURCE, "allow_origin", TEXTS, "follow next URLs there too, without credentials",
	.option = "--allow-origin"),
    ROW(RESOURCE, "format", CHOICE, "what bodies are", .choices = "json|ndjson|csv",
	.option = "--format"),
    ROW(RESOURCE, "csv_delimiter", TEXT, "what parts the fields of CSV",
	.option = "--csv-delimiter"),
    ROW(RESOURCE, "stream", BOOL, "write records while their body comes in",
	.option = "--stream"),
    ROW(RESOURCE, "fail_if", TEXT, "fail when a page has something there",
	.option = "--fail-if"),
    ROW(RESOURCE, "retry_if", TEXT, "try again when a page has something there",
	.option = "--retry-if"),
    ROW(RESOURCE, "on", STATUSES, "what an HTTP status means",
	.choices = "empty|fail|retry|stop", .option = "--on"),
    ROW(RESOURCE, "id", PATH, "what no two records share: see to it", .option = "--id"),
    ROW(RESOURCE, "strict", BOOL, "fail when the pull looks incomplete", .option = "--strict"),
    REQUESTS(RESOURCE),
    ROW(RESOURCE, "each", MAP, "the resource to pull this one for each record of",
	.map = NQ_IN_EACH, .short_form = true),
    ROW(RESOURCE, "keep", FREE, "what the parent puts into each of its children"),
    ROW(RESOURCE, "include_from_parent", TEXTS, "the same in dlt's way, as _parent_member"),
    NOT(RESOURCE, "merge_key", "rows are merged by 'primary_key' alone"),
    NOT(RESOURCE, "columns", "types of columns are said in load: {columns: {name: type}}"),
    NOT(RESOURCE, "processing_steps", "Python code: say it as 'filter' or 'map'"),
    NOT(RESOURCE, "max_table_nesting", "nested values are JSON columns: take them apart in 'map'"),
    NOT(RESOURCE, "parallelized", "write parallel: 4"),

    ENDPOINT_KEYS(ENDPOINT),
    ROW(ENDPOINT, "incremental", MAP, "what makes it a delta", .map = NQ_IN_DELTA),
    ROW(ENDPOINT, "response_actions", MAPS, "dlt's way to say 'on'", .map = NQ_IN_ACTION),
    NOT(ENDPOINT, "data", "a form cannot be sent, only 'json'"),
    NOT(ENDPOINT, "auth", "one login is for all resources: say it in rest_api"),

    ROW(ACTION, "status_code", NUMBER, "the status that is meant"),
    ROW(ACTION, "action", CHOICE, "what it means", .choices = "ignore|retry|raise"),
    NOT(ACTION, "content", "an answer is judged by its status; see 'fail_if'"),

    ROW(EACH, "resource", TEXT, "the parent, by its name"),
    ROW(EACH, "incremental", BOOL, "only parents that changed since the lower bound"),

    ROW(PROGRAM, "command", SHELL, "the command line that writes the records"),
    STREAM(PROGRAM),

    ROW(PAGES, "type", CHOICE, "the kind", .choices = PAGE_KINDS),
    ROW(PAGES, "param", WORD, "the parameter that carries number, offset or token",
	.option = "param"),
    OTHER(PAGES, "page_param", "param"),
    OTHER(PAGES, "offset_param", "param"),
    OTHER(PAGES, "cursor_param", "param"),
    ROW(PAGES, "start", NUMBER, "the number of the first page, or the first offset",
	.option = "start"),
    OTHER(PAGES, "base_page", "start"),
    OTHER(PAGES, "offset", "start"),
    ROW(PAGES, "size", NUMBER, "how many records to ask for in a page", .option = "size"),
    ROW(PAGES, "size_param", WORD, "the parameter that carries the size",
	.option = "size-param"),
    ROW(PAGES, "limit", NUMBER, "how many records to ask for, by offset", .option = "limit"),
    ROW(PAGES, "limit_param", WORD, "the parameter that carries the limit",
	.option = "limit-param"),
    ROW(PAGES, "next", PATH, "where a page tells the number, token or URL of the next",
	.option = "next"),
    JSONPATH(PAGES, "cursor_path", "next"),
    JSONPATH(PAGES, "next_url_path", "next"),
    ROW(PAGES, "total_pages", PATH, "where a page tells how many there are",
	.option = "total-pages"),
    ROW(PAGES, "total_items", PATH, "where a page tells how many records there are",
	.option = "total-items"),
    ROW(PAGES, "total_path", PATH, "one of these two, as fits the kind", .jsonpath = true),
    ROW(PAGES, "name", WORD, "the header that carries the next page", .option = "name"),
    OTHER(PAGES, "cursor_key", "name"),
    ROW(PAGES, "rel", WORD, "the relation of the link to the next page", .option = "rel"),
    OTHER(PAGES, "links_next_key", "rel"),
    ROW(PAGES, "field", PATH, "the member of the last record that asks for what follows",
	.option = "field"),
    ROW(PAGES, "more", PATH, "where a page tells whether another follows", .option = "more"),
    JSONPATH(PAGES, "has_more_path", "more"),
    ROW(PAGES, "repeat", BOOL, "the API gives the same token again and again",
	.option = "repeat"),
    ROW(PAGES, "in", TEXT, "where the place of the page goes, or links are: body:PATH, header:NAME",
	.option = "in"),
    ROW(PAGES, "cursor_body_path", PATH, "the same for a place in the body", .jsonpath = true),
    NOT(PAGES, "maximum_page", "a pull is whole or a failure: no page is cut off"),
    NOT(PAGES, "maximum_offset", "a pull is whole or a failure: no page is cut off"),
    NOT(PAGES, "stop_after_empty_page", "where nothing else ends it, an empty page does"),

    ROW(DELTA, "cursor", PATH, "the member of a record that only grows"),
    JSONPATH(DELTA, "cursor_path", "cursor"),
    ROW(DELTA, "type", CHOICE, "what it is made of",
	.choices = "timestamp_utc|numeric_id|opaque_token"),
    ROW(DELTA, "param", TEXT, "the parameter that asks for what came after"),
    OTHER(DELTA, "start_param", "param"),
    ROW(DELTA, "until_param", TEXT, "the parameter that asks for what came before, for --window"),
    OTHER(DELTA, "end_param", "until_param"),
    ROW(DELTA, "lag", DURATION, "how far a pull reaches back behind the cursor"),
    ROW(DELTA, "initial", TEXT, "where the first pull starts"),
    OTHER(DELTA, "initial_value", "initial"),
    ROW(DELTA, "missing", CHOICE, "what a record without the cursor is",
	.choices = "fail|skip|raise|include"),
    OTHER(DELTA, "on_cursor_value_missing", "missing"),
    ROW(DELTA, "newest_first", BOOL, "the newest come first: stop at what is known already"),
    ROW(DELTA, "cap", BOOL, "false lets the cursor pass the start of the pull"),
    NOT(DELTA, "end_value", "a bounded pull is nq-sync --since … --until …"),
    NOT(DELTA, "convert", "Python code: a cursor is sent as it is"),

    ROW(MAP, "file", FILE, "the mapping file", .option = "-f"),
    ROW(MAP, "expression", SHELL, "the mapping itself", .option = "-e"),
    ROW(MAP, "args", FREE, "what the mapping sees as $name"),
    ROW(MAP, "schema", TEXT, "check against this built-in schema or schema file"),
    ROW(MAP, "rejects", OUTFILE, "where rejected records go",
	.option = "--rejects"),
    ROW(MAP, "max_rejects", WORD, "how many may be, as in 10 or 1%",
	.option = "--max-rejects"),

    ROW(LOAD, "to", DEST, "the destination"),
    ROW(LOAD, "table", TEXT, "the table", .option = "--table"),
    ROW(LOAD, "primary_key", TEXTS, "the members that identify a record"),
    ROW(LOAD, "write_disposition", CHOICE, "what becomes of rows that are there",
	.choices = "merge|append|insert|replace"),
    ROW(LOAD, "schema_contract", CHOICE, "what becomes of unknown columns and types",
	.choices = "evolve|freeze|discard_row|discard_value", .option = "--schema-contract"),
    ROW(LOAD, "columns", FREE, "column types by name"),
    ROW(LOAD, "newer_by", TEXT, "overwrite only rows that are not newer by this member",
	.option = "--newer-by"),
    ROW(LOAD, "delete_if", PATH, "delete where this is true", .option = "--delete-if"),
    ROW(LOAD, "batch", NUMBER, "how many records go in one transaction or request",
	.option = "--batch"),
    ROW(LOAD, "batch_bytes", SIZE, "how many bytes do", .option = "--batch-bytes"),
    ROW(LOAD, "flush_interval", DURATION, "load what has come after so long, however little",
	.option = "--flush-interval"),
    ROW(LOAD, "busy_timeout", DURATION, "wait so long for a locked database",
	.option = "--busy-timeout"),
    ROW(LOAD, "duckdb_memory", SIZE, "how much memory DuckDB may use",
	.option = "--duckdb-memory"),
    ROW(LOAD, "meta", BOOL, "add the columns _nq_run_id and _nq_loaded_at",
	.option = "--meta"),
    ROW(LOAD, "allow_empty", BOOL, "let an empty pull replace the table",
	.option = "--allow-empty"),
    ROW(LOAD, "object", TEXT, "the Nuntiq object", .option = "--object"),
    ROW(LOAD, "customer_number", TEXT, "Nuntiq's X-Customer-Number"),
    ROW(LOAD, "full_load", TEXT, "what Nuntiq calls its option for a replace",
	.option = "--full-load"),
    ROW(LOAD, "method", CHOICE, "how to send a request to an API", .choices = METHODS),
    ROW(LOAD, "params", FREE, "the query of each request to the destination"),
    OTHER(LOAD, "query", "params"),
    ROW(LOAD, "envelope", TEXT, "the member that carries the records of a request",
	.option = "--envelope"),
    ROW(LOAD, "members", FREE, "what stands beside the records in it"),
    ROW(LOAD, "body", CHOICE, "the form of a request to an API",
	.choices = "array|ndjson|bulk", .option = "--body"),
    ROW(LOAD, "results", TEXT, "where its answer tells of each row", .option = "--results"),
    ROW(LOAD, "on", STATUSES, "what an HTTP status of its answer means",
	.choices = "fail|retry", .option = "--on"),
    ROW(LOAD, "auth", MAP, "how to log in at the destination", .map = NQ_IN_AUTH),
    ROW(LOAD, "headers", FREE, "headers of each request to the destination"),
    ROW(LOAD, "retry", MAP, "when and how often to try again", .map = NQ_IN_RETRY),
    ROW(LOAD, "max_time", DURATION, "give up on one request after so long",
	.option = "--max-time"),
    ROW(LOAD, "stall_time", DURATION, "give up when hardly anything came for so long",
	.option = "--stall-time"),
    ROW(LOAD, "max_body", SIZE, "refuse larger answers, decoded", .option = "--max-body"),
    CONNECTIONS(LOAD, "--cert-key"),
    ROW(LOAD, "rejects", OUTFILE, "where rejected records go",
	.option = "--rejects"),
    ROW(LOAD, "max_rejects", WORD, "how many may be, as in 10 or 1%",
	.option = "--max-rejects"),
};
/* clang-format on */

const size_t nq_keys_count = sizeof(nq_keys_table) / sizeof(nq_keys_table[0]);

_Static_assert(sizeof(nq_keys_table) / sizeof(nq_keys_table[0]) < NQ_KEYS_MAX, "NQ_KEYS_MAX");
