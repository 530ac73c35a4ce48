// shows: a field of an object, the same
// manifest: {launcher: Main}
// hit: [serial before_consent (consent_guard) = launcher Main.onCreate > Main.load]
// miss: [serial before_consent = launcher Main.onCreate > Main.load]

class Main extends Activity {
  boolean userConsent, verbose;
  protected void onCreate(Bundle state) { load(); }
  void load() {
    if (userConsent) {                                          // hit
    if (verbose) {                                              // miss
      String id = SERIAL;
    }
  }
}
