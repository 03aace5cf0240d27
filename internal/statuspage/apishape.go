package statuspage

import (
	"encoding/json"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// instant is a time as Statuspage writes it: with milliseconds and the offset of its zone.
type instant struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (i instant) MarshalJSON() ([]byte, error) {
	return json.Marshal(i.Format("2006-01-02T15:04:05.000Z07:00"))
}

// apiAnswer is an answer of the API. Lists that it has are never nil.
type apiAnswer struct {
	Page         apiPage          `json:"page"`
	Status       *apiStatus       `json:"status,omitempty"`
	Components   []apiComponent   `json:"components,omitzero"`
	Incidents    []apiIncident    `json:"incidents,omitzero"`
	Maintenances []apiMaintenance `json:"scheduled_maintenances,omitzero"`
}

type apiPage struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	URL       string  `json:"url"`
	TimeZone  string  `json:"time_zone"`
	UpdatedAt instant `json:"updated_at"`
}

type apiStatus struct {
	Indicator   string `json:"indicator"`
	Description string `json:"description"`
}

// apiComponent is a service, or a group of services.
type apiComponent struct {
	ID             string             `json:"id"`
	Name           string             `json:"name"`
	Status         desk.ServiceStatus `json:"status"`
	CreatedAt      instant            `json:"created_at"`
	UpdatedAt      instant            `json:"updated_at"`
	Position       int                `json:"position"`
	Description    *string            `json:"description"`
	Showcase       bool               `json:"showcase"`
	StartDate      *string            `json:"start_date"`
	GroupID        *string            `json:"group_id"`
	PageID         string             `json:"page_id"`
	Group          bool               `json:"group"`
	OnlyIfDegraded bool               `json:"only_show_if_degraded"`
	Components     []string           `json:"components,omitempty"` // of a group
}

type apiIncident struct {
	ID                string         `json:"id"`
	Name              string         `json:"name"`
	Status            string         `json:"status"`
	CreatedAt         instant        `json:"created_at"`
	UpdatedAt         instant        `json:"updated_at"`
	MonitoringAt      *instant       `json:"monitoring_at"`
	ResolvedAt        *instant       `json:"resolved_at"`
	Impact            string         `json:"impact"`
	Shortlink         string         `json:"shortlink"`
	StartedAt         instant        `json:"started_at"`
	PageID            string         `json:"page_id"`
	IncidentUpdates   []apiUpdate    `json:"incident_updates"` // the newest first
	Components        []apiComponent `json:"components"`
	ReminderIntervals *string        `json:"reminder_intervals"`
}

type apiMaintenance struct {
	apiIncident
	ScheduledFor   instant `json:"scheduled_for"`
	ScheduledUntil instant `json:"scheduled_until"`
}

type apiUpdate struct {
	ID         string  `json:"id"`
	Status     string  `json:"status"`
	Body       string  `json:"body"`
	IncidentID string  `json:"incident_id"`
	CreatedAt  instant `json:"created_at"`
	UpdatedAt  instant `json:"updated_at"`
	DisplayAt  instant `json:"display_at"`
	// AffectedComponents is null, as Statuspage has it where it does not say.
	AffectedComponents   *struct{} `json:"affected_components"`
	DeliverNotifications bool      `json:"deliver_notifications"`
	CustomTweet          *string   `json:"custom_tweet"`
	TweetID              *string   `json:"tweet_id"`
}
