// Included before every worker source (see CMakeLists.txt). Distributions build OpenSSL
// with kernel TLS. libssl then asks the BIO, by a control call, whether kernel
// TLS is on; a BIO callback decides the answer, and the worker's callback returns
// 1 where it should return the operation's own result, because it compares
// operationType with BIO_CB_RETURN while the real value is an OR of flags.
// libssl believes it, allocates no write buffer and crashes at the first
// ServerHello. So the callback gets wrapped: on return, the result passes through.
#pragma once

#ifdef __cplusplus
#include <openssl/bio.h>

template<BIO_callback_fn_ex Callback>
long wenzhen_bio_callback(
  BIO* bio, int operation, const char* argp, size_t len, int argi, long argl, int ret, size_t* processed)
{
	const long answer = Callback(bio, operation, argp, len, argi, argl, ret, processed);

	return (operation & BIO_CB_RETURN) ? static_cast<long>(ret) : answer;
}

// The outer parentheses around the name call OpenSSL's function, not this macro.
#define BIO_set_callback_ex(bio, callback) (BIO_set_callback_ex)(bio, wenzhen_bio_callback<callback>)
#endif
