package teamstest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Issuer is what a bot takes as issuer.
const Issuer = "https://api.botframework.com"

// tokenLife is how long a token for the Connector is good.
const tokenLife = time.Hour

// signingKey is one of the keys that activities are signed with.
type signingKey struct {
	id           string
	key          *rsa.PrivateKey
	endorsements []string
}

// issued is a token that a bot was given.
type issued struct {
	tenant *tenant
	until  time.Time
}

// madeKeys are RSA keys, made once for all tests of a process: making one takes 0.1 s. The
// last is published nowhere.
var madeKeys = sync.OnceValue(func() []*rsa.PrivateKey {
	keys := make([]*rsa.PrivateKey, 4)
	for i := range keys {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err) // the system's randomness never fails
		}
		keys[i] = k
	}
	return keys
})

// RotateKeys signs with another key from now on. The old one is not published any more,
// unless keep is set. It returns the new key's id.
func (s *Server) RotateKeys(keep bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	made := madeKeys()
	n := s.next()
	k := &signingKey{id: fmt.Sprintf("key-%d", n+1), key: made[int(n)%(len(made)-1)], endorsements: []string{"msteams"}}
	s.keys = append(s.keys, k)
	if !keep {
		s.keys = []*signingKey{k}
	}
	return k.id
}

// Endorse sets the channels that the present key may sign for; none: all.
func (s *Server) Endorse(channels ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[len(s.keys)-1].endorsements = channels
}

// RevokeTokens has the Connector refuse all tokens given so far.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.issued)
}

func (s *Server) serveOpenID(w http.ResponseWriter, _ *call) {
	writeJSON(w, http.StatusOK, object{"issuer": Issuer, "authorization_endpoint": "https://invalid.botframework.com", "jwks_uri": s.URL() + "/v1/.well-known/keys",
		"id_token_signing_alg_values_supported": []string{"RS256"}, "token_endpoint_auth_methods_supported": []string{"private_key_jwt"}})
}

// serveKeys lists the keys, and one of a kind that no bot uses.
func (s *Server) serveKeys(w http.ResponseWriter, _ *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []object{{"kty": "EC", "kid": "elliptic", "crv": "P-256", "x": "AA", "y": "AA"}}
	for _, k := range s.keys {
		list = append(list, object{"kty": "RSA", "use": "sig", "kid": k.id, "x5t": k.id, "endorsements": k.endorsements,
			"n": base64.RawURLEncoding.EncodeToString(k.key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.key.E)).Bytes())})
	}
	writeJSON(w, http.StatusOK, object{"keys": list})
}

// serveToken gives a token for client credentials (RFC 6749, 4.4).
func (s *Server) serveToken(w http.ResponseWriter, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tenants[TenantID(strings.ToLower(c.request.PathValue("tenant")))]
	form := c.form
	switch {
	case t == nil:
		writeJSON(w, http.StatusBadRequest, object{"error": "invalid_request", "error_description": "AADSTS90002: Tenant not found."})
	case form.Get("grant_type") != "client_credentials" || form.Get("scope") != "https://api.botframework.com/.default":
		writeJSON(w, http.StatusBadRequest, object{"error": "invalid_scope"})
	case form.Get("client_id") != t.App || Secret(form.Get("client_secret")) != t.Secret:
		writeJSON(w, http.StatusUnauthorized, object{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."})
	default:
		value := fmt.Sprintf("connector-token-%s-%d", t.Name, s.next())
		s.issued[value] = issued{t, s.now().Add(tokenLife)}
		writeJSON(w, http.StatusOK, object{"token_type": "Bearer", "expires_in": int(tokenLife.Seconds()), "access_token": value})
	}
}

type object = map[string]any

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that hung up is its own business
}
