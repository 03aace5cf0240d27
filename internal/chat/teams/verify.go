package teams

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// leeway is how far clocks may be apart (Bot Framework, "Connector authentication").
const leeway = 5 * time.Minute

// claims are what a token says beside the usual.
type claims struct {
	jwt.RegisteredClaims
	ServiceURL string `json:"serviceurl"`
}

// believed is who signed a request, and for where.
type believed struct {
	claims
	signer signer
}

// Why a request is not believed.
var (
	errUnsigned   = errors.New("there is no token")
	errIssuer     = errors.New("the token is of another issuer")
	errElsewhere  = errors.New("the token is for another serviceUrl")
	errUnendorsed = errors.New("the token's key is not endorsed for this channel")
)

// verify checks that the Bot Framework signed a request, by its header alone. Whom it is
// for is asked later: ours decides between 401 and 403.
func (c *Connection) verify(ctx context.Context, h http.Header) (believed, error) {
	scheme, token, ok := strings.Cut(h.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" || strings.Contains(token, " ") {
		return believed{}, errUnsigned
	}
	var b believed
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(c.conf.Issuer),
		jwt.WithExpirationRequired(), jwt.WithLeeway(leeway), jwt.WithTimeFunc(c.opt.Now))
	_, err := parser.ParseWithClaims(token, &b.claims, func(t *jwt.Token) (any, error) {
		if b.Issuer != c.conf.Issuer { // before any key is asked for
			return nil, errIssuer
		}
		id, _ := t.Header["kid"].(string)
		var err error
		b.signer, err = c.keys.find(ctx, id)
		return b.signer.key, err
	})
	return b, err
}

// unbelieved tells how a token that is not believed is answered.
func unbelieved(err error) error {
	if errors.Is(err, errNoKeys) {
		return &httpError{status: http.StatusServiceUnavailable, sentence: "Belltower cannot check who sent this yet. Please try again in a few seconds.", err: err}
	}
	return &httpError{status: http.StatusUnauthorized, sentence: "This request is not signed by the Bot Framework, or too old.", err: bare(err)}
}

// bare keeps the token out of the log: the library's errors quote none, but its causes may.
func bare(err error) error {
	for _, known := range []error{errUnsigned, errIssuer, errElsewhere, errUnendorsed, jwt.ErrTokenExpired, jwt.ErrTokenNotValidYet, jwt.ErrTokenRequiredClaimMissing,
		jwt.ErrTokenSignatureInvalid, jwt.ErrTokenUnverifiable, jwt.ErrTokenMalformed} {
		if errors.Is(err, known) {
			return known
		}
	}
	return errors.New("the token is wrong")
}

// concerns checks that what was signed is about this activity and for us: the token's
// serviceUrl and the key's endorsements are the activity's, else it is not believed;
// channel, audience, tenant and host are ours, else it is somebody else's.
func (c *Connection) concerns(b believed, a activity) error {
	switch {
	case b.ServiceURL == "" || b.ServiceURL != a.ServiceURL:
		return unbelieved(errElsewhere)
	case !b.signer.endorses(a.ChannelID):
		return unbelieved(errUnendorsed)
	case a.ChannelID != "msteams":
		return stranger("This request is not of Teams.", errors.New("the activity's channelId is not msteams"))
	case !b.isFor(c.conf.AppID):
		return stranger("This request is for another bot.", errors.New("the token's audience is not app_id"))
	case !strings.EqualFold(a.tenant(), c.conf.TenantID):
		return stranger("This request is of another tenant.", errors.New("the activity's tenant is not tenant_id"))
	case !c.allowed(a.ServiceURL):
		return stranger("This request wants its answer where none may be sent.", fmt.Errorf("its serviceUrl %s is not in service_urls: add it there if it is Microsoft's", hostOf(a.ServiceURL)))
	}
	return nil
}

// hostOf is an address as it would stand in service_urls. It is Microsoft's to choose, as the
// token has it too.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(unreadable)"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}).String()
}

// isFor reports whether the token is for our bot: one audience, which names the app in one
// of the ways that Teams' own SDK accepts, in whatever letters.
func (b believed) isFor(app string) bool {
	if app == "" || len(b.Audience) != 1 {
		return false
	}
	return slices.ContainsFunc([]string{"", "api://", "api://botid-"}, func(before string) bool {
		return strings.EqualFold(b.Audience[0], before+app)
	})
}

func stranger(sentence string, err error) error {
	return &httpError{status: http.StatusForbidden, sentence: sentence, err: err}
}
