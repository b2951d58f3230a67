#include "map/func.h"

#include "json/doc.h"

const struct nq_function nq_functions[] = {
    {"trim", "trim", 0, 0, "s", nq_fn_trim, "without white space at both ends"},
    {"upper", "upper", 0, 0, "s", nq_fn_upper, "in capital letters"},
    {"lower", "lower", 0, 0, "s", nq_fn_lower, "in small letters"},
    {"replace", "replace(old, new)", 2, 2, "sss", nq_fn_replace, "every old text replaced by new"},
    {"split", "split(separator)", 1, 1, "ss", nq_fn_split, "the parts between the separators"},
    {"join", "join(separator)", 1, 1, "as", nq_fn_join, "the items as one text"},
    {"slice", "slice(from, to)", 1, 2, "*ii", nq_fn_slice,
	"characters or items from, up to before to"},
    {"starts_with", "starts_with(text)", 1, 1, "ss", nq_fn_starts_with,
	"whether it starts with text"},
    {"ends_with", "ends_with(text)", 1, 1, "ss", nq_fn_ends_with, "whether it ends with text"},
    {"contains", "contains(value)", 1, 1, "**", nq_fn_contains,
	"whether a text has this part, an array this item, an object this name"},
    {"matches", "matches(pattern)", 1, 1, "ss", nq_fn_matches,
	"whether the POSIX extended pattern is found in it"},
    {"base64", "base64", 0, 0, "s", nq_fn_base64, "in base64"},
    {"uri", "uri", 0, 0, "s", nq_fn_uri, "percent-encoded"},
    {"string", "string", 0, 0, "*", nq_fn_string, "as text"},
    {"number", "number", 0, 0, "*", nq_fn_number, "as a number"},
    {"int", "int", 0, 0, "*", nq_fn_int, "as a number without its fraction"},
    {"bool", "bool", 0, 0, "*", nq_fn_bool, "as true or false"},
    {"json", "json", 0, 0, "s", nq_fn_json, "the value that the text spells in JSON"},
    {"tojson", "tojson", 0, 0, "*", nq_fn_tojson, "the value spelled in JSON"},
    {"length", "length", 0, 0, "*", nq_fn_length, "characters, items or members"},
    {"keys", "keys", 0, 0, "o", nq_fn_keys, "the names of the members"},
    {"values", "values", 0, 0, "o", nq_fn_values, "the values of the members"},
    {"first", "first", 0, 0, "a", nq_fn_first, "the first item"},
    {"last", "last", 0, 0, "a", nq_fn_last, "the last item"},
    {"map", "map(expression)", 1, 1, "ax", nq_fn_map, "what the expression makes of each item"},
    {"filter", "filter(condition)", 1, 1, "ax", nq_fn_filter,
	"the items for which the condition holds"},
    {"any", "any(condition)", 0, 1, "ax", nq_fn_any, "whether one item holds"},
    {"all", "all(condition)", 0, 1, "ax", nq_fn_all, "whether every item holds"},
    {"sort", "sort(expression)", 0, 1, "ax", nq_fn_sort, "in order, numbers before texts"},
    {"unique", "unique", 0, 0, "a", nq_fn_unique, "each item once"},
    {"min", "min", 0, 0, "a", nq_fn_min, "the least item"},
    {"max", "max", 0, 0, "a", nq_fn_max, "the greatest item"},
    {"sum", "sum", 0, 0, "a", nq_fn_sum, "the numbers added up"},
    {"flatten", "flatten", 0, 0, "a", nq_fn_flatten, "the items of the arrays among the items"},
    {"compact", "compact", 0, 0, "a", nq_fn_compact, "without the nulls"},
    {"default", "default(value)", 1, 1, "**", nq_fn_default,
	"value where it is absent, null or an empty text"},
    {"lookup", "lookup(object, default)", 1, 2, "*o*", nq_fn_lookup,
	"the object's member of that name"},
    {"to_timestamp", "to_timestamp(format)", 0, 1, "*s", nq_fn_to_timestamp, "as RFC 3339 in UTC"},
    {"format_time", "format_time(format)", 1, 1, "ss", nq_fn_format_time,
	"a timestamp as strftime(3) writes it"},
    {"date", "date", 0, 0, "s", nq_fn_date, "the date of a timestamp in UTC"},
    {"add_days", "add_days(n)", 1, 1, "si", nq_fn_add_days, "so many days later"},
    {NULL, NULL, 0, 0, NULL, NULL, NULL},
};

uint32_t
nq_func_find(struct nq_str name)
{
	for (uint32_t i = 0; nq_functions[i].name != NULL; i++)
		if (nq_str_is(name, nq_functions[i].name))
			return i;
	return NQ_NONE;
}

const char *
nq_func_nearest(const char *name)
{
	const char *names[sizeof(nq_functions) / sizeof(nq_functions[0])];
	size_t n = sizeof(names) / sizeof(names[0]);

	for (size_t i = 0; i < n; i++)
		names[i] = nq_functions[i].name;
	return nq_str_nearest(name, names);
}

int64_t
nq_func_integer(const struct nq_value *v)
{
	bool minus = v->text.p[0] == '-';
	int64_t n = 0;

	for (size_t i = minus; i < v->text.n; i++)
		n = n * 10 + (v->text.p[i] - '0');
	return minus ? -n : n;
}
