#ifndef NQ_MAP_BUILTIN_H
#define NQ_MAP_BUILTIN_H

/*
 * The JSON Schema files of lib/map/schemas, as they are, inside the program (schemas.S). To add
 * one: the file, its lines in schemas.S, its row in builtin.c.
 */
struct nq_builtin {
	const char *name;
	const char *start, *end;
};

extern const struct nq_builtin nq_builtins[]; /* ends with name NULL */

#endif
