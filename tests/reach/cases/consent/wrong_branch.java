// shows: what runs when there is NO consent is not guarded by the test
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate]
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  public void onCreate() {
    boolean agreed = getSharedPreferences("app", 0).getBoolean("agreed", false);
    if (agreed) {                                               // hit
    if (!agreed) {                                              // miss
      String id = SERIAL;
    }
  }
}
class Main extends Activity { }
