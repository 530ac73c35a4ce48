// shows: the address of the privacy policy is no consent flag
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate]
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  public void onCreate() {
    SharedPreferences store = getSharedPreferences("app", 0);
    if (store.contains("privacy_accepted")) {                   // hit
    if (store.contains("privacy_url")) {                        // miss
      String id = SERIAL;
    }
  }
}
class Main extends Activity { }
