// shows: a text put together
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    StringBuilder text = new StringBuilder("android");
    text.append('_').append("id");                              // hit
    text.append('_').append("no");                              // miss
    String key = text.toString();
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
