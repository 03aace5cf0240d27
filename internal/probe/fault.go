package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
)

// ourOwn are the errors that a machine gives for its own sake: no descriptors, no memory, no
// ports, not permitted.
var ourOwn = []error{
	syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL, syscall.EACCES, syscall.EPERM,
	syscall.EPROTONOSUPPORT, syscall.EAFNOSUPPORT,
}

// fault is what an error of a try means. Its words hold no address: that of a redirect may
// have secrets in it.
func fault(err error) Result {
	var call syscall.Errno
	var dns *net.DNSError
	switch {
	case errors.Is(err, errClosed):
		return unclear(errClosed.Error())
	case errors.Is(err, context.Canceled):
		return unclear("the check was stopped")
	case slices.ContainsFunc(ourOwn, func(own error) bool { return errors.Is(err, own) }):
		errors.As(err, &call)
		return unclear("this machine could not make the check: " + call.Error())
	case errors.Is(err, syscall.ENETUNREACH):
		return unclear("this machine has no way to that network")
	case errors.As(err, &dns):
		return dnsFault(dns)
	case errors.Is(err, errRedirects):
		return failed(errRedirects.Error())
	case errors.Is(err, errElsewhere):
		return failed(errElsewhere.Error())
	}
	return unanswered(words(err))
}

// dnsFault is what a name that was not found means: a resolver that refuses the connection
// is ours and dead.
func dnsFault(err *net.DNSError) Result {
	switch {
	case err.IsNotFound:
		return failed("the name is not known")
	case strings.Contains(err.Err, "connection refused"), strings.Contains(err.Err, "network is unreachable"):
		return unclear("the resolver of this machine does not answer")
	case err.IsTimeout:
		return unanswered("the name was not found in time")
	}
	return unanswered("the name could not be looked up")
}

// words says why there was no answer.
func words(err error) string {
	var (
		slow    net.Error
		cert    *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   tls.AlertError
		call    syscall.Errno
		unknown x509.UnknownAuthorityError
	)
	switch {
	case errors.As(err, &slow) && slow.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.As(err, &unknown):
		return "the certificate is of nobody whom this machine trusts"
	case errors.As(err, &cert):
		return "the certificate is not good: " + strings.TrimPrefix(cert.Err.Error(), "x509: ")
	case errors.As(err, &record):
		return "it does not speak TLS"
	case errors.As(err, &alert):
		return "it refused TLS: " + alert.Error()
	case errors.As(err, &call):
		return call.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it closed the connection without an answer"
	}
	return "no good answer"
}
