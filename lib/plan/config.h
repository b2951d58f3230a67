#ifndef NQ_PLAN_CONFIG_H
#define NQ_PLAN_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ref.h"
#include "json/settings.h"
#include "base/faults.h"
#include "plan/yaml.h"

/* What the command line adds to a connector file; all borrowed. */
struct nq_config_options {
	const char *path;	   /* of the connector file */
	const char *settings;	   /* NULL: settings.json beside it, if there is one */
	const char *env_file;	   /* NULL: .env there */
	bool full;		   /* no lower bound */
	const char *since;	   /* overrides the lower bound */
	const char *until;	   /* the upper bound, or NULL */
	int64_t window_ms;	   /* pulls of so long, or -1 */
	const char *to;		   /* overrides the destination */
	const char *cursor;	   /* the committed cursor, where a lower bound is to be shown */
	struct nq_list params;	   /* k=v, in front of the settings' job_params */
	const char *const *picked; /* SOURCE or SOURCE/RESOURCE */
	size_t npicked;		   /* 0: everything that is enabled */
};

/* An open connector file with everything its values may refer to. */
struct nq_config {
	const struct nq_config_options *opt;
	char *settings; /* the path used, or NULL */
	char *env_file; /* the same */
	char *dir;	/* what relative paths start with: "" or "examples/acme/" */
	struct nq_yaml yaml;
	struct nq_refs refs;
	struct nq_settings json;
	struct nq_faults faults;
	struct nq_buf source;	 /* name of the source at hand */
	bool since_known;	 /* ${var.since} may be used: the resource at hand is incremental */
	bool record_known;	 /* and ${record.x}: it is pulled for each record of another */
	const nq_node *siblings; /* the list that the resource at hand stands in */
};

/* vars is taken over by the configuration. On -1 the error or the faults say why. */
int nq_config_open(
    struct nq_config *, const struct nq_config_options *, struct nq_list vars, struct nq_err *);
void nq_config_free(struct nq_config *);

/* Adds a fault at the node. Returns -1. */
int nq_config_fault(struct nq_config *, const nq_node *, const char *, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * The value of a scalar with its references filled in, as plain text without NULs. A secret in it
 * is a fault: the value will stand in a command line.
 */
int nq_config_text(struct nq_config *, const nq_node *, struct nq_buf *);

/*
 * The same for options that know references themselves: those to secrets and to ${var.since} stay
 * as they are, a relative ${file:…} becomes relative to here, "${" that is meant stays "$${".
 * secret, if not NULL, becomes true when there was one.
 */
int
nq_config_ref(struct nq_config *, const nq_node *, enum nq_ref_enc, struct nq_buf *, bool *secret);

/* The same for a text that does not come from the file; at is where faults are put. */
int nq_config_expand(struct nq_config *, struct nq_str, const nq_node *at, enum nq_ref_enc,
    struct nq_buf *, bool *secret);

/*
 * Whether the value, which may be NULL, is this word. No fault is added: what cannot be read has
 * been told by the check, or belongs to something that is not asked for.
 */
bool nq_config_is(struct nq_config *, const nq_node *, const char *word);

/* A plain value as a path: relative ones get dir in front. */
int nq_config_path(struct nq_config *, const nq_node *, struct nq_buf *);

/* A value of job_params: --param first, then the settings; false when it is nowhere or empty. */
bool nq_config_param(struct nq_config *, const char *name, struct nq_buf *);

/* Whether the settings are of Nuntiq's shape. */
bool nq_config_is_nuntiq(const struct nq_config *);

/* What was asked for on the command line. */
bool nq_config_picks_source(const struct nq_config *, struct nq_str source);
bool nq_config_picks(const struct nq_config *, struct nq_str source, struct nq_str resource);

#endif
