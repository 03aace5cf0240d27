package gateway

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

const (
	userAgent  = "DiscordBot (https://github.com/umassonline/belltower, 1)" // Discord refuses others (40333)
	version    = "10"
	callWithin = 10 * time.Second
	dialWithin = 10 * time.Second
	maxFound   = 64 << 10 // bytes of the answer
)

const tokenRefused = "Discord refuses bot_token: make a new one (Developer Portal, Bot, Reset Token)"

// gatewayBot is where the gateway is, and how many sessions may be begun
// (docs.discord.com/developers/events/gateway, "Get Gateway Bot").
type gatewayBot struct {
	URL               string `json:"url"`
	SessionStartLimit struct {
		Remaining  int `json:"remaining"`
		ResetAfter int `json:"reset_after"` // milliseconds
	} `json:"session_start_limit"`
}

// find asks where the gateway is, and how many sessions may be begun
// (GET /gateway/bot).
func (c *Client) find(ctx context.Context) (*gatewayBot, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.conf.APIURL, "/")+"/gateway/bot", nil)
	if err != nil {
		return nil, &ending{sentence: "api_url is no address", fatal: true}
	}
	req.Header.Set("Authorization", "Bot "+c.conf.BotToken.Reveal())
	req.Header.Set("User-Agent", userAgent)
	res, err := c.calls.Do(req)
	if err != nil {
		return nil, &ending{sentence: "Discord cannot be reached: " + chat.Bare(err).Error()}
	}
	defer func() { _ = res.Body.Close() }() // what matters was read
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized:
		return nil, &ending{sentence: tokenRefused, fatal: true}
	default:
		return nil, &ending{sentence: "Discord answers " + res.Status, after: chat.RetryAfter(res.Header)}
	}
	var found gatewayBot
	if err := json.NewDecoder(io.LimitReader(res.Body, maxFound)).Decode(&found); err != nil {
		return nil, &ending{sentence: "Discord's answer is no JSON"}
	}
	return &found, nil
}
