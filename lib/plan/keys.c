#include "plan/keys.h"

#include <stdlib.h>

#include "base/alloc.h"

#define ROW(in, name, type, ...)                                          \
	{                                                                 \
		NQ_IN_##in, (name), NQ_KEY_##type, .meaning = __VA_ARGS__ \
	}
#define OTHER(in, name, same)                                                                 \
	{                                                                                     \
		NQ_IN_##in, (name), NQ_KEY_TEXT, .same_as = (same), .meaning = "another name" \
	}
#define NOT(in, name, why)                                                         \
	{                                                                          \
		NQ_IN_##in, (name), NQ_KEY_TEXT, .refused = true, .meaning = (why) \
	}

#define PAGE_KINDS                                                                          \
	"page_number|page|offset|cursor|header|next_url|json_link|link|header_link|keyset|" \
	"auto|none|single_page"

/* clang-format off */
static const struct nq_keys_row keys[] = {
    ROW(FILE, "version", CHOICE, "the form of this file, in Dango's files", .choices = "1.0|1"),
    ROW(FILE, "sources", MAPS, "the APIs to pull from", .map = NQ_IN_SOURCE),

    ROW(SOURCE, "name", TEXT, "the connector of the delta-state row"),
    ROW(SOURCE, "type", CHOICE, "the kind of source", .choices = "rest_api"),
    ROW(SOURCE, "enabled", BOOL, "false leaves the source out"),
    ROW(SOURCE, "description", TEXT, "for readers"),
    ROW(SOURCE, "tags", TEXTS, "for readers"),
    ROW(SOURCE, "lookback_days", NUMBER, "how many days a first pull goes back"),
    ROW(SOURCE, "rest_api", MAP, "the API", .map = NQ_IN_REST),

    ROW(REST, "base_url", TEXT, "what the paths of all endpoints start with"),
    ROW(REST, "auth", MAP, "how to log in", .map = NQ_IN_AUTH),
    ROW(REST, "headers", FREE, "headers of every request"),
    ROW(REST, "retry", MAP, "when and how often to try again", .map = NQ_IN_RETRY),
    ROW(REST, "rate", TEXT, "the most requests in a time, as in 10/s", .option = "--rate"),
    ROW(REST, "connect_timeout", DURATION, "give up connecting after so long",
	.option = "--connect-timeout"),
    ROW(REST, "max_time", DURATION, "give up on one request after so long",
	.option = "--max-time"),
    ROW(REST, "cacert", FILE, "trust these authorities instead of the system's",
	.option = "--cacert"),
    ROW(REST, "allow_http", BOOL, "send secrets over plain http to other hosts than this one",
	.option = "--allow-http"),
    ROW(REST, "resources", MAPS, "the streams", .map = NQ_IN_RESOURCE, .short_form = true),
    OTHER(REST, "endpoints", "resources"),
    ROW(REST, "auth_type", CHOICE, "Dango's way to say auth.type",
	.choices = "bearer|api_key|basic|custom_header|none"),
    ROW(REST, "auth_token_env", WORD, "the variable that holds the token"),
    ROW(REST, "api_key_name", WORD, "the header or parameter that carries the key"),
    ROW(REST, "api_key_location", CHOICE, "where the key goes", .choices = "header|query"),
    ROW(REST, "auth_header_name", WORD, "the header that carries the token"),
    ROW(REST, "basic_username_env", WORD, "the variable that holds the user"),
    ROW(REST, "basic_password_env", WORD, "the variable that holds the password"),
    NOT(REST, "access_token_url", "OAuth2 is not known to this version"),
    NOT(REST, "client_id_env", "OAuth2 is not known to this version"),
    NOT(REST, "client_secret_env", "OAuth2 is not known to this version"),

    ROW(AUTH, "type", CHOICE, "the scheme", .choices = "bearer|basic|header"),
    ROW(AUTH, "token", SECRET, "the token as a reference; for basic, user:password"),
    ROW(AUTH, "name", WORD, "the header, for type header"),

    ROW(RETRY, "attempts", NUMBER, "try each request so many times in all",
	.option = "--attempts"),
    ROW(RETRY, "min", DURATION, "wait so long before the second attempt, then twice as long",
	.option = "--retry-min"),
    ROW(RETRY, "max", DURATION, "the longest wait between attempts", .option = "--retry-max"),
    ROW(RETRY, "max_wait", DURATION, "the longest wait that a server may ask for",
	.option = "--max-wait"),

    ROW(RESOURCE, "name", TEXT, "the stream of the delta-state row"),
    ROW(RESOURCE, "endpoint", MAP, "the path, or what Dango hands to dlt",
	.map = NQ_IN_ENDPOINT, .short_form = true),
    ROW(RESOURCE, "path", TEXT, "the path, in Dango's short form"),
    ROW(RESOURCE, "method", CHOICE, "how to ask", .choices = "GET"),
    ROW(RESOURCE, "params", FREE, "the query"),
    ROW(RESOURCE, "headers", FREE, "headers of this resource's requests"),
    ROW(RESOURCE, "pagination", MAP, "how to get from page to page",
	.map = NQ_IN_PAGES, .short_form = true),
    OTHER(RESOURCE, "paginator", "pagination"),
    ROW(RESOURCE, "records", PATH, "where in a page the records are", .option = "--records"),
    OTHER(RESOURCE, "data_selector", "records"),
    ROW(RESOURCE, "id", PATH, "what no two records share: see to it", .option = "--id"),
    ROW(RESOURCE, "strict", BOOL, "fail when the pull looks incomplete", .option = "--strict"),
    ROW(RESOURCE, "incremental", MAP, "what makes it a delta", .map = NQ_IN_DELTA),
    ROW(RESOURCE, "on", FREE, "what an HTTP status means", .idle = true),
    ROW(RESOURCE, "filter", SHELL, "a shell filter between nq-fetch and what follows"),
    ROW(RESOURCE, "map", MAP, "the mapping", .map = NQ_IN_MAP, .short_form = true),
    ROW(RESOURCE, "load", MAP, "the destination", .map = NQ_IN_LOAD),
    ROW(RESOURCE, "primary_key", TEXTS, "the members that identify a record"),
    ROW(RESOURCE, "write_disposition", CHOICE, "what becomes of rows that are there",
	.choices = "merge|append|insert|replace"),

    ROW(ENDPOINT, "path", TEXT, "the path"),
    ROW(ENDPOINT, "method", CHOICE, "how to ask", .choices = "GET"),
    ROW(ENDPOINT, "params", FREE, "the query"),
    ROW(ENDPOINT, "headers", FREE, "headers of this resource's requests"),
    ROW(ENDPOINT, "pagination", MAP, "how to get from page to page",
	.map = NQ_IN_PAGES, .short_form = true),
    OTHER(ENDPOINT, "paginator", "pagination"),
    ROW(ENDPOINT, "records", PATH, "where in a page the records are", .option = "--records"),
    OTHER(ENDPOINT, "data_selector", "records"),
    ROW(ENDPOINT, "incremental", MAP, "what makes it a delta", .map = NQ_IN_DELTA),

    ROW(PAGES, "type", CHOICE, "the kind", .choices = PAGE_KINDS),
    ROW(PAGES, "param", WORD, "the parameter that carries number, offset or token",
	.option = "param"),
    OTHER(PAGES, "page_param", "param"),
    OTHER(PAGES, "offset_param", "param"),
    OTHER(PAGES, "cursor_param", "param"),
    ROW(PAGES, "start", NUMBER, "the number of the first page, or the first offset",
	.option = "start"),
    OTHER(PAGES, "base_page", "start"),
    ROW(PAGES, "size", NUMBER, "how many records to ask for in a page", .option = "size"),
    ROW(PAGES, "size_param", WORD, "the parameter that carries the size",
	.option = "size-param"),
    ROW(PAGES, "limit", NUMBER, "how many records to ask for, by offset", .option = "limit"),
    ROW(PAGES, "limit_param", WORD, "the parameter that carries the limit",
	.option = "limit-param"),
    ROW(PAGES, "next", PATH, "where a page tells the number, token or URL of the next",
	.option = "next"),
    OTHER(PAGES, "cursor_path", "next"),
    OTHER(PAGES, "next_url_path", "next"),
    ROW(PAGES, "total_pages", PATH, "where a page tells how many there are",
	.option = "total-pages"),
    OTHER(PAGES, "total_path", "total_pages"),
    ROW(PAGES, "total_items", PATH, "where a page tells how many records there are",
	.option = "total-items"),
    ROW(PAGES, "name", WORD, "the header that carries the next page", .option = "name"),
    ROW(PAGES, "rel", WORD, "the relation of the Link header", .option = "rel"),
    ROW(PAGES, "field", PATH, "the member of the last record that asks for what follows",
	.option = "field"),
    ROW(PAGES, "more", PATH, "where a page tells whether another follows", .option = "more"),

    ROW(DELTA, "cursor", PATH, "the member of a record that only grows"),
    OTHER(DELTA, "cursor_path", "cursor"),
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
	.choices = "fail|skip"),

    ROW(MAP, "file", FILE, "the mapping file", .option = "-f"),
    ROW(MAP, "args", FREE, "what the mapping sees as $name"),
    ROW(MAP, "schema", TEXT, "check against this built-in schema", .option = "--schema"),
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
    ROW(LOAD, "meta", BOOL, "add the columns _nq_run_id and _nq_loaded_at",
	.option = "--meta"),
    ROW(LOAD, "allow_empty", BOOL, "let an empty pull replace the table",
	.option = "--allow-empty"),
    ROW(LOAD, "object", TEXT, "the Nuntiq object", .option = "--object"),
    ROW(LOAD, "customer_number", TEXT, "Nuntiq's X-Customer-Number"),
    ROW(LOAD, "envelope", TEXT, "the member that carries the records of a request",
	.option = "--envelope"),
    ROW(LOAD, "auth", MAP, "how to log in at the destination", .map = NQ_IN_AUTH),
    ROW(LOAD, "rejects", OUTFILE, "where rejected records go",
	.option = "--rejects"),
    ROW(LOAD, "max_rejects", WORD, "how many may be, as in 10 or 1%",
	.option = "--max-rejects"),
};
/* clang-format on */

#define NKEYS (sizeof(keys) / sizeof(keys[0]))

static const char *const places[] = {
    [NQ_IN_FILE] = "the file",
    [NQ_IN_SOURCE] = "a source",
    [NQ_IN_REST] = "rest_api",
    [NQ_IN_AUTH] = "auth",
    [NQ_IN_RETRY] = "retry",
    [NQ_IN_RESOURCE] = "a resource",
    [NQ_IN_ENDPOINT] = "endpoint",
    [NQ_IN_PAGES] = "pagination",
    [NQ_IN_DELTA] = "incremental",
    [NQ_IN_MAP] = "map",
    [NQ_IN_LOAD] = "load",
};

static const char *const types[] = {
    [NQ_KEY_TEXT] = "text",
    [NQ_KEY_WORD] = "word",
    [NQ_KEY_SECRET] = "secret",
    [NQ_KEY_SHELL] = "command",
    [NQ_KEY_CHOICE] = "choice",
    [NQ_KEY_PATH] = "path",
    [NQ_KEY_FILE] = "file",
    [NQ_KEY_OUTFILE] = "file to write",
    [NQ_KEY_DEST] = "destination",
    [NQ_KEY_NUMBER] = "number",
    [NQ_KEY_DURATION] = "duration",
    [NQ_KEY_BOOL] = "boolean",
    [NQ_KEY_TEXTS] = "texts",
    [NQ_KEY_FREE] = "map of texts",
    [NQ_KEY_MAP] = "map",
    [NQ_KEY_MAPS] = "list of maps",
};

const char *
nq_keys_place_name(enum nq_place in)
{
	return places[in];
}

const char *
nq_keys_type_name(enum nq_keys_type t)
{
	return types[t];
}

const struct nq_keys_row *
nq_keys_row(size_t i)
{
	return i < NKEYS ? &keys[i] : NULL;
}

const struct nq_keys_row *
nq_keys_find(enum nq_place in, struct nq_str name)
{
	for (size_t i = 0; i < NKEYS; i++) {
		if (keys[i].in != in || !nq_str_is(name, keys[i].name))
			continue;
		return &keys[i];
	}
	return NULL;
}

/* A name that is right elsewhere is more likely misplaced than misspelt. */
static const struct nq_keys_row *
find_elsewhere(struct nq_str name)
{
	for (size_t i = 0; i < NKEYS; i++)
		if (nq_str_is(name, keys[i].name))
			return &keys[i];
	return NULL;
}

void
nq_keys_hint(enum nq_place in, struct nq_str name, struct nq_buf *out)
{
	const char *names[NKEYS + 1], *near;
	const struct nq_keys_row *other = find_elsewhere(name);
	char *word = nq_strndup(name.p, name.n);
	size_t n = 0;

	for (size_t i = 0; i < NKEYS; i++)
		if (keys[i].in == in && !keys[i].refused)
			names[n++] = keys[i].name;
	names[n] = NULL;
	near = nq_str_nearest(word, names);
	if (other != NULL)
		nq_buf_addf(out, " in %s; it belongs in %s", places[in], places[other->in]);
	else if (near != NULL)
		nq_buf_addf(out, ", did you mean '%s'?", near);
	else
		nq_buf_addf(out, " in %s", places[in]);
	free(word);
}

nq_node *
nq_keys_get(struct nq_yaml *y, const nq_node *map, enum nq_place in, const char *name)
{
	const struct nq_keys_row *row;
	nq_node *key, *value;

	if (map == NULL || !nq_yaml_is_map(map))
		return NULL;
	for (size_t i = 0; nq_yaml_pair(y, map, i, &key, &value); i++) {
		if (key->type != YAML_SCALAR_NODE || nq_yaml_is_null(value))
			continue;
		row = nq_keys_find(in, nq_yaml_text(key));
		if (row != NULL &&
		    strcmp(row->same_as != NULL ? row->same_as : row->name, name) == 0)
			return value;
	}
	return NULL;
}
