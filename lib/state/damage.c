#include "state/damage.h"

#include <string.h>

#include "state/history.h"

/* One word of a command line, quoted for the shell where it has to be. */
static void
add_word(struct nq_buf *b, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./:+,@%";

	nq_buf_addc(b, ' ');
	if (*word != '\0' && strspn(word, plain) == strlen(word)) {
		nq_buf_adds(b, word);
		return;
	}
	nq_buf_addc(b, '\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			nq_buf_adds(b, "'\\''");
		else
			nq_buf_addc(b, *word);
	}
	nq_buf_addc(b, '\'');
}

static void
add_command(struct nq_buf *b, const struct nq_store *s, struct nq_key k, const struct nq_row *last)
{
	const char *type = last->value[NQ_F_CURSOR_TYPE].data;

	nq_buf_adds(b, "nq-cursor reset --state");
	add_word(b, s->where);
	if (*type != '\0') {
		nq_buf_adds(b, " --cursor-type");
		add_word(b, type);
	}
	nq_buf_adds(b, " --cursor");
	add_word(b, last->value[NQ_F_CURSOR].data);
	nq_buf_adds(b, " --reason 'damaged state' --");
	add_word(b, k.connector);
	add_word(b, k.stream);
}

int
nq_damage_explain(struct nq_store *s, struct nq_key k, const char *what, struct nq_err *err)
{
	struct nq_buf why = NQ_BUF_INIT, command = NQ_BUF_INIT;
	struct nq_row last;
	int known;

	nq_row_init(&last);
	nq_buf_adds(&why, err->msg);
	known = nq_history_last(s, k, &last, err);
	add_command(&command, s, k, &last);
	if (known == 1 && command.len > NQ_MAX_MESSAGE / 2)
		nq_err_set(err, NQ_FAIL,
		    "'%s' is damaged (%s): set the cursor that the history "
		    "('nq-cursor history --json') committed last with 'nq-cursor reset'",
		    what, why.data);
	else if (known == 1)
		nq_err_set(err, NQ_FAIL,
		    "'%s' is damaged (%s): set the cursor that the history committed last with: %s",
		    what, why.data, command.data);
	else
		nq_err_set(err, NQ_FAIL,
		    "'%s' is damaged (%s) and has no history: begin anew, with a full pull, "
		    "after: %s",
		    what, why.data, command.data);
	nq_row_free(&last);
	nq_buf_free(&command);
	nq_buf_free(&why);
	return -2;
}
