// shows: MMKV stores flags, too
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate]
// miss: [serial before_consent = application App.onCreate]

import com.tencent.mmkv.MMKV;
class App extends Application {
  public void onCreate() {
    if (MMKV.defaultMMKV().decodeBool("user_agreement", false)) { // hit
    if (MMKV.defaultMMKV().decodeBool("user_rated", false)) {     // miss
      String id = SERIAL;
    }
  }
}
class Main extends Activity { }
