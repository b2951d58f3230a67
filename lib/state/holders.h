#ifndef NQ_STATE_HOLDERS_H
#define NQ_STATE_HOLDERS_H

/*
 * Those who hold a pipe: all processes that have a descriptor of it, whatever groups and sessions
 * they are in, as /proc shows them. Sends each the signal, ourselves excepted.
 */
void nq_holders_signal(int fd, int sig);

#endif
