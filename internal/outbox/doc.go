// Package outbox tells channels what was announced: never lost, not repeated,
// in order, each at the pace that its platform allows. It has two halves.
//
// The Book is the stored side: functions that work inside somebody's
// transaction. The journal calls them so that a change and its announcement are
// one commit. It writes one announcement and raises one number per command,
// however many channels will hear.
//
// The Engine is the working side: it expands announcements into deliveries in
// chunks with one intent each, runs one lane per channel by a pure function
// next(now, lane), calls the platform's Sender, and commits receipts in groups.
// Run starts its goroutines and waits for them.
//
// Deliveries are not stored. Per subject and channel there is one Post record
// with two numbers: told (everything up to this announcement has been said
// here) and shown (the version that the root's text shows). What is owed is a
// difference.
//
// It imports desk, chat and storage.
package outbox
