// shows: the window of another app
// manifest:
//   launcher: Main
//   services: [{name: Help, exported: true, permission: android.permission.BIND_ACCESSIBILITY_SERVICE, actions: [android.accessibilityservice.AccessibilityService]}]
// hit:
//   - notifications@AccessibilityService.onAccessibilityEvent reachable = service Help.onAccessibilityEvent
//   - running_apps@AccessibilityService.onAccessibilityEvent reachable = service Help.onAccessibilityEvent
//   - screen@AccessibilityService.onAccessibilityEvent reachable = service Help.onAccessibilityEvent
//   - screen@AccessibilityService.getRootInActiveWindow reachable = service Help.onAccessibilityEvent
// miss:
//   - notifications@AccessibilityService.onAccessibilityEvent reachable = service Help.onAccessibilityEvent
//   - running_apps@AccessibilityService.onAccessibilityEvent reachable = service Help.onAccessibilityEvent
//   - screen@AccessibilityService.onAccessibilityEvent reachable = service Help.onAccessibilityEvent

import android.accessibilityservice.AccessibilityService;
import android.view.accessibility.AccessibilityEvent;
class Main extends Activity { }
class Help extends AccessibilityService {
  public void onAccessibilityEvent(AccessibilityEvent event) {
    getRootInActiveWindow();                                    // hit
    performGlobalAction(1);                                     // miss
  }
  public void onInterrupt() { }
}
