// shows: a launcher whose input is not known, by its contract
// manifest: {launcher: Main}
// hit:
//   - "asks ? before_consent = launcher Main.onCreate"
// miss: []

import androidx.activity.*;
import androidx.activity.result.contract.*;
class Main extends ComponentActivity {
  protected void onCreate(Bundle state) {
    String input = getIntent().getStringExtra("input");
    registerForActivityResult(new ActivityResultContracts.RequestPermission(), null).launch(input); // hit
    registerForActivityResult(new ActivityResultContracts.GetContent(), null).launch(input); // miss
  }
}
package androidx.activity.result;
public abstract class ActivityResultLauncher<I> { public abstract void launch(I input); }
package androidx.activity.result.contract;
public class ActivityResultContracts {
  public static class RequestPermission extends ActivityResultContract { }
  public static class RequestMultiplePermissions extends ActivityResultContract { }
  public static class GetContent extends ActivityResultContract { }
}
package androidx.activity.result.contract;
public abstract class ActivityResultContract { }
package androidx.activity;
import androidx.activity.result.*;
import androidx.activity.result.contract.*;
public class ComponentActivity extends Activity {
  public ActivityResultLauncher registerForActivityResult(ActivityResultContract contract, Runnable done) { return null; }
}
