#ifndef NQ_JSON_SETTINGS_H
#define NQ_JSON_SETTINGS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/ref.h"
#include "json/doc.h"

/*
 * The --settings file, in Nuntiq's shape: {"customer_number", "secrets", "config", "job_params"}.
 * Its bags become references: ${secrets.x} (secret), ${config.x}, ${job_params.x} and
 * ${settings.customer_number}. Numbers and booleans are given as their text.
 */
struct nq_settings {
	struct nq_buf text;
	struct nq_doc doc;
};

void nq_settings_init(struct nq_settings *);
void nq_settings_free(struct nq_settings *);

/* Reads the file and adds its bags to refs; the settings must outlive them. */
int nq_settings_open(struct nq_settings *, const char *path, struct nq_refs *, struct nq_err *);

#endif
