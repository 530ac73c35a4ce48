// shows: a stored number that is compared
// manifest: {launcher: Main, application: App}
// hit: ['serial before_consent (consent_guard: preference "privacy_state" in App.onCreate) = application App.onCreate']
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  public void onCreate() {
    SharedPreferences store = getSharedPreferences("app", 0);
    if (store.getInt("privacy_state", 0) == 1) {                // hit
    if (store.getInt("theme_state", 0) == 1) {                  // miss
      String id = SERIAL;
    }
  }
}
class Main extends Activity { }
