// shows: a static field whose name speaks of consent is a flag
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate]
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  static boolean privacyAgreed, debuggable;
  public void onCreate() {
    if (privacyAgreed) {                                        // hit
    if (debuggable) {                                           // miss
      String id = SERIAL;
    }
  }
}
class Main extends Activity { }
