package intake

import (
	"net/http"
	"strings"

	"github.com/umassonline/belltower/internal/config"
)

// proved reports whether a request has one of the tokens. It looks at nothing in the body.
func proved(r *http.Request, tokens []config.Secret) bool {
	good := false
	for _, candidate := range shownTokens(r) {
		for _, token := range tokens {
			good = token.Equal(candidate) || good
		}
	}
	return good
}

// shownTokens are what a request offers as token: most monitors can send a header or a
// password, Pingdom has nothing but its URL. A "+" that was pasted into a URL as it is
// arrives there as a space.
func shownTokens(r *http.Request) []string {
	var shown []string
	if scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " "); found && strings.EqualFold(scheme, "Bearer") {
		shown = append(shown, strings.TrimSpace(token))
	}
	if _, password, found := r.BasicAuth(); found {
		shown = append(shown, password)
	}
	if token := r.URL.Query().Get("token"); token != "" {
		shown = append(shown, token, strings.ReplaceAll(token, " ", "+"))
	}
	return shown
}
