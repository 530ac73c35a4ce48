// shows: an address put together from its parts
// manifest: {launcher: Main}
// hit: [sms@content://sms/inbox before_consent = launcher Main.onCreate]
// miss: []

import android.net.Uri;
import android.provider.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Uri.Builder parts = new Uri.Builder().scheme("content");
    Uri address = parts.authority("sms").path("inbox").build(); // hit
    Uri address = parts.authority("cn.example.notes").path("inbox").build(); // miss
    getContentResolver().query(address, null, null, null, null);
  }
}
