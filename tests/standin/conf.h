/* What the command line said. Filled once by main.c, read by everyone. */
#ifndef STANDIN_CONF_H
#define STANDIN_CONF_H

#include <stdbool.h>

struct conf {
	const char *port_file, *bind_addr, *tls_cert, *tls_key, *client_ca, *data_dir, *log_file;
	const char *token, *job_token, *admin_token, *customer_number, *nuntiq_envelope;
	long port, suppliers, seed, max_per_page, age_days, newest_age;
	bool log_bodies, gzip, exit_with_parent, job_token_may_reset, begin_small, oauth;
};

extern struct conf conf;

#endif
