// shows: a flag that is true before the user has agreed guards its other side
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate > App.read]
// miss: [serial before_consent = application App.onCreate > App.read]

class App extends Application {
  public void onCreate() {
    boolean first = getSharedPreferences("app", 0).getBoolean("is_first_run", true);
    if (!first)                                                 // hit
    if (first)                                                  // miss
      read();
  }
  void read() { String id = SERIAL; }
}
class Main extends Activity { }
